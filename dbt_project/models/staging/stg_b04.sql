{{ filed_form('B04') }}
