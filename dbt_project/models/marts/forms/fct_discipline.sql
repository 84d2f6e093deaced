{{ wide_fact('B06', ref('stg_discipline')) }}
