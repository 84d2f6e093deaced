{{ wide_fact('B07', ref('stg_cadre')) }}
