-- What Pandoc Markdown cannot say: which cells of a table are headings, the texts of images in PDF, and which
-- blocks are notices. Runs under pandoc alone and under Quarto alike.

local is_typst = FORMAT:match("typst") ~= nil

local function quote(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", " ") .. '"'
end

function Table(element)
  if is_typst then
    return nil
  end
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

function Image(element)
  local text = element.attributes["alt"]
  if not is_typst or text == nil then
    return nil
  end
  return pandoc.RawInline("typst", "#image(" .. quote(element.src) .. ", width: 100%, alt: " .. quote(text) .. ")")
end

function Div(element)
  if is_typst and element.classes:includes("notice") then
    local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#notice[") })
    blocks:extend(element.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
    return blocks
  end
end
