{{ wide_fact('B03', ref('stg_organisation_stock')) }}
