-- From the HTML of a report to Typst: what pandoc's writer would lose (alt texts, classes) is written here. Tables are
-- written beforehand (tables_typst.py): only their places come through.

local COUPURE = 10 -- characters of a long word without a sign to break at

-- A place of a text (textes_typst.py) that stands in a string says so.
local function chaine(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\u{E002}", "\u{E003}") .. '"'
end

-- Words, plain or strong, as Typst strings, or nil when there is more than that.
local function simple(contenu)
  local pieces, mots = {}, {}
  local function poser(piece)
    if #mots > 0 then pieces[#pieces + 1] = "#" .. chaine(table.concat(mots)) .. ";" end
    pieces[#pieces + 1], mots = piece, {}
  end
  local function lire(elements)
    for _, element in ipairs(elements) do
      if element.t == "Str" then mots[#mots + 1] = element.text
      elseif element.t == "Space" or element.t == "SoftBreak" then mots[#mots + 1] = " "
      elseif element.t == "Span" then
        if not lire(element.content) then return false end
      elseif element.t == "Strong" then
        local fort = simple(element.content)
        if not fort then return false end
        poser("#strong[" .. fort .. "];")
      else return false end
    end
    return true
  end
  if not lire(contenu) then return nil end
  poser(nil)
  return table.concat(pieces)
end

-- Quoting plain words is enough; pandoc's writer takes three milliseconds each time it is called.
local function typst(blocs)
  if #blocs == 0 then return "" end
  local texte = #blocs == 1 and (blocs[1].t == "Plain" or blocs[1].t == "Para") and simple(blocs[1].content)
  if texte then return texte end
  local text = pandoc.write(pandoc.Pandoc(blocs), "typst", pandoc.WriterOptions({ wrap_text = "none" }))
  return (text:gsub("%s+$", ""))
end

local function inlines(contenu)
  return typst({ pandoc.Plain(contenu) })
end

local function brut(text)
  return pandoc.RawBlock("typst", text)
end

local function a_la_classe(element, classe)
  return element.classes:includes(classe)
end

-- A word longer than a line may break after a sign that parts it, as in a path, or anywhere when it has none.
function Str(element)
  if utf8.len(element.text) and utf8.len(element.text) > 30 then
    local pieces, count = {}, 0
    for _, code in utf8.codes(element.text) do
      local signe = utf8.char(code)
      pieces[#pieces + 1] = signe
      count = signe:match("[/_.]") and COUPURE or count + 1
      if count == COUPURE then pieces[#pieces + 1], count = "\u{200B}", 0 end
    end
    return pandoc.Str(table.concat(pieces))
  end
end

local function image_de(blocs)
  local trouvee
  pandoc.walk_block(pandoc.Div(blocs), { Image = function(image) trouvee = trouvee or image end })
  return trouvee
end

-- A chart is one unbreakable block: caption, drawing with its alternative text, reading, source.
function Figure(figure)
  local image = image_de(figure.content)
  local suite = {}
  for _, bloc in ipairs(figure.content) do
    if bloc.t == "RawBlock" then suite[#suite + 1] = bloc.text end
  end
  return brut(string.format(
    "#graphique(caption: [%s], image(%s, width: 100%%, alt: %s))[%s]",
    typst(figure.caption.long), chaine(image.src), chaine(pandoc.utils.stringify(image.caption)), table.concat(suite, "\n\n")))
end

function Image(image)
  -- The alternative text of the HTML attribute, kept whole.
  if image.attributes.alt then image.caption = { pandoc.Str(image.attributes.alt) } end
  return image
end

local ENVELOPPES = { source = "source", note = "note", lecture = "lecture", avertissement = "avertissement" }

local function chiffres(division)
  local sortie = {}
  pandoc.walk_block(division, {
    BulletList = function(list)
      for _, item in ipairs(list.content) do
        local cases = {}
        pandoc.walk_block(pandoc.Div(item), {
          Strong = function(strong) cases[1] = cases[1] or inlines(strong.content) end,
          Span = function(span)
            if a_la_classe(span, "libelle") then cases[2] = inlines(span.content) end
            if a_la_classe(span, "repere") then cases[3] = inlines(span.content) end
          end,
        })
        sortie[#sortie + 1] = string.format("([%s], [%s], [%s]),", cases[1] or "", cases[2] or "", cases[3] or "")
      end
    end,
  })
  return brut("#chiffres((" .. table.concat(sortie, " ") .. "))")
end

local function colonnes(division)
  local sortie = {}
  for _, bloc in ipairs(division.content) do
    if bloc.t == "Div" then
      local contenu = pandoc.walk_block(bloc, { Header = function(titre)
        return brut(string.format("#sous-titre(%d)[%s]", titre.level, inlines(titre.content)))
      end })
      sortie[#sortie + 1] = "[" .. typst(contenu.content) .. "]"
    end
  end
  return brut("#colonnes((" .. table.concat(sortie, ", ") .. ",))")
end

function Div(division)
  for classe, fonction in pairs(ENVELOPPES) do
    if a_la_classe(division, classe) then
      return brut(string.format("#%s[%s]", fonction, typst(division.content)))
    end
  end
  if a_la_classe(division, "chiffres") then return chiffres(division) end
  if a_la_classe(division, "colonnes") then return colonnes(division) end
  if a_la_classe(division, "table-ecrite") then return brut(pandoc.utils.stringify(division.content)) end
  if a_la_classe(division, "sommaire") then return brut("#sommaire") end
  if a_la_classe(division, "colonne") then return division end
  return division.content
end

-- A link inside the report keeps its text: Typst would refuse one whose target stayed in the HTML only.
function Link(link)
  if link.target:sub(1, 1) == "#" then return link.content end
end

-- The question under a heading stays with what answers it.
function Pandoc(document)
  local sortie, titre = {}, false
  for _, bloc in ipairs(document.blocks) do
    if titre and bloc.t == "Para" then bloc = brut("#question[" .. typst({ bloc }) .. "]") end
    titre = bloc.t == "Header"
    sortie[#sortie + 1] = bloc
  end
  return pandoc.Pandoc(sortie, document.meta)
end
