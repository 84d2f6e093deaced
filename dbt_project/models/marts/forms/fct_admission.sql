{{ wide_fact('B02', ref('stg_admission')) }}
