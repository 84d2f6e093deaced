{{ wide_fact('B09', ref('stg_target_result')) }}
