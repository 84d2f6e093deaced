-- The last filter, after all of Quarto's: which cells of a table are headings, the braces of data that were kept
-- from Quarto (`reports/escape.py`), and what Typst would read in a text though pandoc lets it pass. Quarto reads
-- tables with links anew and shortcodes wherever it finds them, so that none of it can be done before. Runs under
-- pandoc alone and under Quarto alike.

local is_typst = FORMAT:match("typst") ~= nil

local function mark_headings(element)
  for _, row in ipairs(element.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.attr.attributes["scope"] = "col"
    end
  end
  for _, body in ipairs(element.bodies) do
    body.row_head_columns = 1
    for _, row in ipairs(body.body) do
      row.cells[1].attr.attributes["scope"] = "row"
    end
  end
  return element
end

local kept = { ["\u{FDD0}"] = "{", ["\u{FDD1}"] = "}", ["\u{FDD2}"] = "b", ["\u{FDD3}"] = ":" }
local first_bytes = "\xEF\xB7"

local function put_back(text)
  if text:find(first_bytes, 1, true) then
    return (text:gsub("\xEF\xB7[\x90-\x93]", kept))
  end
end

local function in_text(element)
  local text = put_back(element.text)
  if text then
    element.text = text
    return element
  end
end

-- Typst makes an ellipsis of three full stops, a minus of a hyphen before a digit, and of what begins a line or a
-- cell a heading, a list or a term; pandoc escapes the latter in paragraphs only.
local function is_read_by_typst(text)
  return text:find("...", 1, true) or text:find("%-[%d?]") or text:find("^[=+/-]") or text:find("^%d+%.$")
end

local function in_word(element)
  if is_typst and is_read_by_typst(element.text) then
    local text = put_back(element.text) or element.text
    return pandoc.RawInline("typst", (text:gsub("%p", "\\%0")))
  end
  return in_text(element)
end

local function in_attributes(element)
  local changed = false
  for name, value in pairs(element.attributes) do
    local text = put_back(value)
    if text then
      element.attributes[name] = text
      changed = true
    end
  end
  if changed then
    return element
  end
end

local text_filter = {
  Str = in_word,
  Code = in_text,
  CodeBlock = in_text,
  RawInline = in_text,
  RawBlock = in_text,
  Div = in_attributes,
  Span = in_attributes,
  Header = in_attributes,
  Link = in_attributes,
  Image = in_attributes,
}

local function in_metadata(value)
  local kind = pandoc.utils.type(value)
  if kind == "string" then
    return put_back(value) or value
  elseif kind == "table" or kind == "List" then
    for key, inner in pairs(value) do
      value[key] = in_metadata(inner)
    end
  end
  return value
end

local function Meta(meta)
  for key, value in pairs(meta) do
    meta[key] = in_metadata(value)
  end
  return meta
end

local table_filter = {}
if not is_typst then
  table_filter.Table = mark_headings
end

text_filter.Meta = Meta
return { table_filter, text_filter }
