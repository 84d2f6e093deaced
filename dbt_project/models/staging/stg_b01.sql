{{ filed_form('B01') }}
