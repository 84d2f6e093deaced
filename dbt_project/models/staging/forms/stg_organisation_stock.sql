-- depends_on: {{ source('bronze', 'forms') }}
{{ filed_form('B03') }}
