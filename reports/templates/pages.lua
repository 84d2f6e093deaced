-- What Pandoc Markdown cannot say, before Quarto's own filters: the captions of tables and the texts of images in
-- PDF, and which blocks are notices. Runs under pandoc alone and under Quarto alike.

local is_typst = FORMAT:match("typst") ~= nil

local function quote(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", " ") .. '"'
end

-- Figures are written here: Quarto's Typst output leaves out the caption of a table that is no cross-reference,
-- and puts that of a chart below it.
local function figure(kind, content, caption)
  local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#figure([") })
  blocks:extend(content)
  blocks:insert(pandoc.RawBlock("typst", "], caption: ["))
  blocks:extend(caption)
  blocks:insert(pandoc.RawBlock("typst", "], kind: " .. kind .. ")"))
  return blocks
end

function Table(element)
  local caption = element.caption.long
  if not is_typst or #caption == 0 then
    return nil
  end
  element.caption = pandoc.Caption()
  element.classes:insert("typst:no-figure") -- pandoc makes a figure of every other table
  return figure("table", { element }, caption)
end

function Figure(element)
  if is_typst then
    return figure("image", element.content, element.caption.long)
  end
end

local function escape_html(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"):gsub('"', "&quot;"))
end

-- A chart stands in the page itself, so that it has the page's font; an SVG in an <img> cannot load one.
local function inline_svg(element, text)
  local file = io.open(element.src, "rb")
  if file == nil then
    return nil
  end
  local svg = file:read("a")
  file:close()
  local head, rest = svg:match("^.-(<svg[^>]*)(>.*)$")
  if head == nil then
    return nil
  end
  head = head:gsub('%s(width="[^"]*")', ""):gsub('%s(height="[^"]*")', "")
  return pandoc.RawInline("html", head .. ' role="img" aria-label="' .. escape_html(text) .. '"' .. rest)
end

function Image(element)
  -- pandoc makes the alt text of a figure its image's description, older versions leave it an attribute
  local text = element.attributes["alt"] or pandoc.utils.stringify(element.caption)
  if text == "" then
    return nil
  end
  if is_typst then
    return pandoc.RawInline("typst", "#image(" .. quote(element.src) .. ", width: 100%, alt: " .. quote(text) .. ")")
  end
  if element.src:match("%.svg$") then
    return inline_svg(element, text)
  end
end

-- The figures at the head are no list to Typst: laid out side by side, they would be tagged as one that has no items.
local function side_by_side(list)
  local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#side-by-side(") })
  for _, item in ipairs(list.content) do
    blocks:insert(pandoc.RawBlock("typst", "["))
    blocks:extend(item)
    blocks:insert(pandoc.RawBlock("typst", "],"))
  end
  blocks:insert(pandoc.RawBlock("typst", ")"))
  return blocks
end

local typst_functions = { "notice", "headline", "legend" }

function Div(element)
  if not is_typst then
    return nil
  end
  for _, name in ipairs(typst_functions) do
    if element.classes:includes(name) then
      local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#" .. name .. "[") })
      blocks:extend(name == "headline" and element.content:walk({ BulletList = side_by_side }) or element.content)
      blocks:insert(pandoc.RawBlock("typst", "]"))
      return blocks
    end
  end
end
