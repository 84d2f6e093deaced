{{ filed_form('B09') }}
