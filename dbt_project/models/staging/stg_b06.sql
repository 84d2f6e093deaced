{{ filed_form('B06') }}
