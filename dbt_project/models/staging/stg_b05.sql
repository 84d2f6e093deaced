{{ filed_form('B05') }}
