{{ filed_form('B02') }}
