{{ filed_form('B07') }}
