{{ wide_fact('B08', ref('stg_study')) }}
