{{ wide_fact('B05', ref('stg_inspection')) }}
