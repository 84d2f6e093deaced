{{ wide_fact('B04', ref('stg_evaluation')) }}
