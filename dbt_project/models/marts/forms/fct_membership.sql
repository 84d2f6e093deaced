{{ wide_fact('B01', ref('stg_membership')) }}
