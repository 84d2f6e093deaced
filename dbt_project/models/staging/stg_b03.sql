{{ filed_form('B03') }}
