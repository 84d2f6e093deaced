{{ filed_form('B08') }}
