-- From the HTML of a report to Typst: what pandoc's writer would lose (alt texts, header cells, classes) is written here.

local SIGNES_PAR_LIGNE = 118 -- characters of 8.5 pt that fit in the width of an A4 page with margins of 20 mm
local MARGES = 3 -- the same for the inside margins of a cell
local COUPURE = 10 -- characters of a long word without a sign to break at
local LIGNES_COURTES = 16 -- a table of no more rows than that, and of no more text than the next, is never cut
local SIGNES_COURTS = 1300
local SIGNES_D_UN_BLOC = 800 -- a row whose cells hold less than that is never cut between two pages

local function chaine(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

-- Plain words, or nil when there is more than that.
local function simple(contenu)
  local pieces = {}
  for _, element in ipairs(contenu) do
    local mot
    if element.t == "Str" then mot = element.text
    elseif element.t == "Space" or element.t == "SoftBreak" then mot = " "
    elseif element.t == "Span" then mot = simple(element.content) end
    if not mot then return nil end
    pieces[#pieces + 1] = mot
  end
  return table.concat(pieces)
end

-- Plain words become a Typst string: quoting them is enough, and pandoc's writer, called for every cell, takes seconds.
local function typst(blocs)
  if #blocs == 0 then return "" end
  local texte = #blocs == 1 and (blocs[1].t == "Plain" or blocs[1].t == "Para") and simple(blocs[1].content)
  if texte then return "#" .. chaine(texte) end
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

-- Every cell of some rows with the column where it begins, spans of earlier rows counted.
local function placer(lignes)
  local places, pris = {}, {}
  for rang, ligne in ipairs(lignes) do
    local colonne = 1
    for _, cellule in ipairs(ligne.cells) do
      while pris[rang .. ":" .. colonne] do colonne = colonne + 1 end
      places[#places + 1] = { cellule = cellule, colonne = colonne }
      for suivant = rang, rang + cellule.row_span - 1 do
        for voisine = colonne, colonne + cellule.col_span - 1 do pris[suivant .. ":" .. voisine] = true end
      end
      colonne = colonne + cellule.col_span
    end
  end
  return places
end

local function lire_lignes(lignes, sortie)
  for _, ligne in ipairs(lignes) do
    local cellules = {}
    for rang, cellule in ipairs(ligne.cells) do
      local contents = cellule.contents
      cellules[rang] = {
        contents = contents, texte = pandoc.utils.stringify(contents), nombre = cellule.classes:includes("nombre"),
        col_span = cellule.col_span, row_span = cellule.row_span,
      }
    end
    sortie[#sortie + 1] = { cells = cellules }
  end
  return sortie
end

-- A table as plain Lua: each look at one of pandoc's own copies all that is under it, and a table is looked at many times.
local function lire(tableau)
  local corps = {}
  for rang, partie in ipairs(tableau.bodies) do corps[rang] = lire_lignes(partie.body, lire_lignes(partie.head, {})) end
  return { colonnes = #tableau.colspecs, tete = lire_lignes(tableau.head.rows, {}), corps = corps }
end

-- What each column holds: its longest unbreakable piece (headers may break at a hyphen when `serre`), its longest cell, all its text.
local function mesures(tableau, serre)
  local mots, cellules, totaux = {}, {}, {}
  local function noter(place, entete)
    local text = place.cellule.texte
    local longueur, colonne = utf8.len(text) or #text, place.colonne
    local motif = "[^ \n]+"
    if entete and serre then motif = "[^ \n-]+-?" elseif not entete and place.cellule.nombre then motif = ".+" end
    local minimum = entete and math.min(math.ceil(longueur / 3), 14) or 4
    for mot in text:gmatch(motif) do minimum = math.max(minimum, math.min(utf8.len(mot) or #mot, 20)) end
    mots[colonne] = math.max(mots[colonne] or 4, minimum)
    cellules[colonne] = math.max(cellules[colonne] or 0, longueur)
    totaux[colonne] = (totaux[colonne] or 0) + longueur
  end
  local function mesurer(lignes, entete)
    for _, place in ipairs(placer(lignes)) do
      if place.cellule.col_span == 1 then noter(place, entete) end
    end
  end
  mesurer(tableau.tete, true)
  for _, lignes in ipairs(tableau.corps) do mesurer(lignes) end
  return mots, cellules, totaux
end

-- Weights of the columns: numbers take what they need, texts share the rest by the root of what they hold.
local function repartir(tableau, nombres, mots, totaux)
  local reste, parts, somme = SIGNES_PAR_LIGNE, {}, 0
  for colonne = 1, tableau.colonnes do
    if nombres[colonne] then
      reste = reste - (mots[colonne] or 4) - MARGES
    else
      parts[colonne] = math.sqrt((totaux[colonne] or 1) + 1)
      somme = somme + parts[colonne]
    end
  end
  local sortie = {}
  for colonne = 1, tableau.colonnes do
    local poids = (mots[colonne] or 4) + MARGES
    if not nombres[colonne] then poids = math.max(reste * parts[colonne] / somme, poids) end
    sortie[colonne] = string.format("%.1ffr", poids)
  end
  return sortie, reste
end

-- Headers keep their words whole as long as the texts of the rows still fit on one line.
local function largeurs(tableau, nombres)
  local mots, cellules, totaux = mesures(tableau, false)
  local sortie, reste = repartir(tableau, nombres, mots, totaux)
  local besoin = 0
  for colonne = 1, tableau.colonnes do
    if not nombres[colonne] then besoin = besoin + (cellules[colonne] or 0) + MARGES end
  end
  if besoin <= reste then return sortie end
  mots, _, totaux = mesures(tableau, true)
  return (repartir(tableau, nombres, mots, totaux))
end

local function colonnes_de_nombres(tableau)
  local nombres = {}
  for _, lignes in ipairs(tableau.corps) do
    for _, place in ipairs(placer(lignes)) do
      if place.cellule.nombre then nombres[place.colonne] = true end
    end
  end
  return nombres
end

local function cellule_typst(cellule, options, style)
  local arguments = {}
  if cellule.col_span > 1 then arguments[#arguments + 1] = "colspan: " .. cellule.col_span end
  if cellule.row_span > 1 then arguments[#arguments + 1] = "rowspan: " .. cellule.row_span end
  for _, option in ipairs(options) do arguments[#arguments + 1] = option end
  local contenu = typst(cellule.contents)
  if style then contenu = string.format("#%s[%s]", style, contenu) end
  return string.format("table.cell(%s)[%s],", table.concat(arguments, ", "), contenu)
end

-- A row is cut between two pages only when one of its cells could fill one: a single unbreakable cell holds its whole row.
local function tient(ligne)
  for _, cellule in ipairs(ligne.cells) do
    if #cellule.texte >= SIGNES_D_UN_BLOC then return false end
  end
  return true
end

local function lignes_du_corps(tableau)
  local sortie = {}
  for _, lignes in ipairs(tableau.corps) do
    for _, ligne in ipairs(lignes) do
      local groupe = #ligne.cells == 1 and ligne.cells[1].col_span > 1
      local entiere = tient(ligne)
      for _, cellule in ipairs(ligne.cells) do
        local options = {}
        if entiere then options[1] = "breakable: false" end
        if cellule.nombre then options[#options + 1] = "align: right + top" end
        if groupe then
          sortie[#sortie + 1] = string.format("table.header(level: 2, table.cell(colspan: %d)[#groupe[%s]]),", cellule.col_span, typst(cellule.contents))
        else
          sortie[#sortie + 1] = cellule_typst(cellule, options)
        end
      end
    end
  end
  return table.concat(sortie, "\n")
end

local function entete(tableau)
  local sortie = {}
  for _, ligne in ipairs(tableau.tete) do
    for _, cellule in ipairs(ligne.cells) do
      local align = cellule.nombre and "align: right + bottom"
        or cellule.col_span > 1 and "align: center + bottom" or "align: left + bottom"
      sortie[#sortie + 1] = cellule_typst(cellule, { align }, "tete")
    end
  end
  return "table.header(" .. table.concat(sortie, " ") .. ")"
end

local function est_court(tableau)
  local nombre, signes = 0, 0
  for _, lignes in ipairs(tableau.corps) do
    for _, ligne in ipairs(lignes) do
      nombre = nombre + 1
      for _, cellule in ipairs(ligne.cells) do signes = signes + #cellule.texte end
    end
  end
  return nombre <= LIGNES_COURTES and signes <= SIGNES_COURTS
end

function Table(element)
  local tableau = lire(element)
  local nombres = colonnes_de_nombres(tableau)
  local text = string.format(
    "figure(kind: table, numbering: none, supplement: none, outlined: false, caption: [%s], table(columns: (%s,), %s,\n%s\n))",
    typst(element.caption.long), table.concat(largeurs(tableau, nombres), ", "), entete(tableau), lignes_du_corps(tableau))
  return brut(est_court(tableau) and "#court(" .. text .. ")" or "#reserve\n#" .. text)
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
