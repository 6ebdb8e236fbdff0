// The board draws itself anew on every run, but touches only what changed: what somebody else moves neither takes the
// keyboard's place, nor ends a grab, nor closes an open list. Whatever an item says is put in as text.
const boards = new WeakMap()

const element = (name, kind, text) => {
  const made = document.createElement(name)
  if (kind) made.className = kind
  if (text !== undefined) made.textContent = text
  return made
}
const fill = (parent, nodes) => {
  const kept = new Set(nodes)
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove()
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null)
  })
}
const once = (made, key, make) => made.get(key) ?? made.set(key, make()).get(key)

class Board {
  constructor(root) {
    this.root = root
    this.part = name => root.querySelector("." + name)
    this.cards = new Map()
    this.cells = new Map()
    this.lanes = new Map()
    this.current = new Map()  // per stage, the card that Tab leads to
    this.moves = 0
    this.listen()
  }

  show(data, send) {
    this.send = send
    this.data = data
    if (this.drag) this.waiting = true  // a card that hangs on the mouse must not be touched
    else this.draw()
    this.attend(data.told)
  }

  title(stage) { return this.data.columns.find(column => column.id === stage)?.title ?? "" }
  cardOf(node) { return node?.closest?.(".card") }
  say(text) { this.part("live").textContent = text }

  draw() {
    const { columns, lanes } = this.data
    const place = this.place()
    this.drawing = true
    this.root.getElementById("help").textContent = this.data.help
    this.part("scroll").style.setProperty("--columns", columns.length)
    this.drawHeads(columns)
    const drawn = new Set()
    fill(this.part("lanes"), lanes.map(lane => this.lane(lane, columns, drawn)))
    for (const id of this.cards.keys()) if (!drawn.has(id)) this.cards.delete(id)
    this.mark()
    for (const column of columns) this.rove(column.id)
    this.drawing = false
    if (this.grab && !this.cards.has(this.grab.id)) this.release("It is no longer here.")
    this.restore(place)
  }

  drawHeads(columns) {
    const text = JSON.stringify(columns)
    if (this.heads === text) return
    this.heads = text
    if (!columns.some(column => column.id === this.here)) this.here = columns[0].id
    this.part("heads").replaceChildren(...columns.map(column => {
      const head = element("div", "head")
      head.dataset.stage = column.id
      const title = element("h2", "", column.title)
      title.append(element("span", "", column.count.toLocaleString("en")))
      head.append(title)
      if (column.full) head.append(element("span", column.over ? "full over" : "full", column.full))
      return head
    }))
    const picker = this.part("picker").querySelector("select")
    picker.replaceChildren(...columns.map(column => new Option(`${column.title} (${column.count})`, column.id)))
    picker.value = this.here
  }

  lane(lane, columns, drawn) {
    const box = once(this.lanes, lane.title, () => {
      const made = element("section", "lane")
      if (lane.title) made.append(element("h3", "", lane.title))
      made.append(element("div"))
      if (lane.title) made.setAttribute("aria-label", lane.title)
      return made
    })
    fill(box.lastChild, lane.cells.map((cell, at) => this.cell(cell, columns[at], lane.title, drawn)))
    return box
  }

  cell(cell, column, lane, drawn) {
    const box = once(this.cells, cell.name, () => {
      const made = element("section", "cell")
      made.dataset.stage = column.id
      const list = element("ul")
      list.setAttribute("role", "list")
      made.append(list)
      return made
    })
    const name = lane ? `${column.title}, ${lane}` : column.title
    box.setAttribute("aria-label", `${name}: ${cell.count}`)
    fill(box.firstChild, cell.cards.map(card => { drawn.add(card.id); return this.card(card, column) }))
    const rest = cell.count - cell.cards.length
    let more = box.querySelector(".more")
    if (rest <= 0) more?.remove()
    else {
      if (!more) box.append(more = element("button", "more"))
      more.type = "button"
      more.dataset.name = cell.name
      more.textContent = `Show more (${rest.toLocaleString("en")} left)`
    }
    return box
  }

  card(card, column) {
    const text = JSON.stringify([card, column.id, this.data.movable])
    const known = this.cards.get(card.id)
    if (known?.text === text) return known.node
    const node = element("li")
    const box = element("div", "card")
    box.dataset.id = card.id
    box.setAttribute("role", "group")
    box.setAttribute("aria-label", `${card.title}, ${column.title}`)
    box.setAttribute("aria-describedby", "help")
    const link = element("a", "", card.title)
    link.href = card.href
    link.draggable = false
    box.append(link)
    const line = (kind, words) => { if (words) box.append(element("div", kind, words)) }
    line("", card.facts)
    line("score", card.score)
    line("", card.firm)
    line(card.ageing ? "late" : "", card.age)
    line(card.over ? "late" : "", card.due)
    line("", card.said)
    line("", card.owner)
    if (this.data.movable) {
      box.draggable = true
      box.append(this.choice(card, column))
    }
    node.append(box)
    this.cards.set(card.id, { text, node, card, stage: column.id })
    return node
  }

  choice(card, column) {
    const choice = element("select")
    choice.setAttribute("aria-label", `Move ${card.title} to`)
    choice.append(new Option("Move to …", ""))
    for (const stage of this.data.stages) if (stage.id !== column.id) choice.append(new Option(stage.title, stage.id))
    return choice
  }

  // Where the keyboard is, and back there after drawing.
  place() {
    const at = this.root.activeElement
    if (!at) return null
    const kind = at.matches(".more") ? `.more[data-name="${CSS.escape(at.dataset.name)}"]` : at.localName
    return { at, kind, id: this.cardOf(at)?.dataset.id }
  }

  restore(place) {
    if (!place || this.root.activeElement === place.at) return
    const box = place.id && this.boxOf(Number(place.id))
    const again = box ? (place.kind === "div" ? box : box.querySelector(place.kind)) : this.part("lanes").querySelector(place.kind)
    ;(place.id && !box ? this.part("scroll") : again ?? this.part("scroll")).focus()
  }

  boxOf(id) { return this.cards.get(id)?.node.firstChild }

  // One stop for Tab in each column; the arrow keys lead on from there.
  boxes(stage) { return [...this.root.querySelectorAll(`.cell[data-stage="${stage}"] .card`)] }

  rove(stage) {
    const boxes = this.boxes(stage)
    const current = boxes.find(box => box.dataset.id === this.current.get(stage)) ?? boxes[0]
    for (const box of boxes) {
      const at = box === current ? 0 : -1
      box.tabIndex = at
      for (const inner of box.querySelectorAll("a, select")) inner.tabIndex = at
    }
  }

  walk(box, key) {
    const stage = this.stageOf(box)
    const boxes = this.boxes(stage)
    if (key === "ArrowDown" || key === "ArrowUp") {
      return boxes[boxes.indexOf(box) + (key === "ArrowDown" ? 1 : -1)]
    }
    const stages = this.data.columns.map(column => column.id).filter(id => id === stage || this.boxes(id).length)
    const next = stages[stages.indexOf(stage) + (key === "ArrowRight" ? 1 : -1)]
    const there = next ? this.boxes(next) : []
    return there.find(other => other.tabIndex === 0)
  }

  stageOf(node) { return node.closest("[data-stage]")?.dataset.stage }

  mark() {
    const target = this.grab?.to ?? this.drag?.over
    for (const cell of this.root.querySelectorAll(".cell")) cell.classList.toggle("target", cell.dataset.stage === target)
    for (const part of this.root.querySelectorAll("[data-stage]")) part.classList.toggle("here", part.dataset.stage === this.here)
    for (const { node, card } of this.cards.values()) {
      const grabbed = this.grab?.id === card.id
      node.firstChild.classList.toggle("grabbed", grabbed)
      if (grabbed) node.firstChild.dataset.target = `→ ${this.title(this.grab.to)}`
    }
  }

  // Moves: the card goes there at once; the next run says where it really is.
  taken(box) {
    const { card, stage } = this.cards.get(Number(box.dataset.id))
    return { id: card.id, version: card.v, from: stage, title: card.title }
  }

  move(taken, to) {
    if (to === taken.from) return this.say(`${taken.title} stays where it is.`)
    this.say(`${taken.title}: to ${this.data.stages.find(stage => stage.id === to).title}.`)
    const node = this.cards.get(taken.id)?.node
    const place = this.place()
    const cell = node?.closest(".lane").querySelector(`.cell[data-stage="${to}"] ul`)
    if (cell) {
      this.drawing = true
      cell.prepend(node)
      this.drawing = false
      this.current.set(to, String(taken.id))
      this.rove(to)
      this.rove(taken.from)
      this.restore(place)
    }
    const { id, version, from } = taken
    this.send("moved", { id, version, from, to, number: ++this.moves })
  }

  grabKey(box, key) {
    const grab = this.grab
    const stages = this.data.columns.map(column => column.id)
    if (key === "Escape") return this.release(`${grab.title} stays where it is.`)
    if (key === " " || key === "Enter") {
      const { to } = grab
      this.release("")
      return this.move(grab, to)
    }
    const next = stages[stages.indexOf(grab.to) + { ArrowRight: 1, ArrowLeft: -1 }[key]]
    if (!next) return
    grab.to = next
    this.mark()
    this.root.querySelector(`.head[data-stage="${next}"]`).scrollIntoView({ block: "nearest", inline: "nearest" })
    this.say(`${this.title(next)}, ${stages.indexOf(next) + 1} of ${stages.length}`)
  }

  release(text) {
    this.grab = null
    this.mark()
    this.say(text)
  }

  // A question or an answer above the board: into its field, or to where it can be seen. It is drawn bit by bit.
  attend(told, tries = 100) {
    if (!told || told === this.told || told !== this.data.told) return
    const part = document.querySelector(`.st-key-${CSS.escape(told)} ${this.data.asks ? "textarea" : "button"}`)
    if (!part) {
      if (tries) setTimeout(() => this.attend(told, tries - 1), 100)
      return
    }
    this.told = told
    if (this.data.asks) part.focus()
    else part.scrollIntoView({ block: "nearest" })
  }

  listen() {
    const board = this.part("scroll")
    board.addEventListener("focusin", event => {
      const box = this.cardOf(event.target)
      if (!box || this.drawing) return
      this.current.set(this.stageOf(box), box.dataset.id)
      this.rove(this.stageOf(box))
    })
    board.addEventListener("focusout", event => {
      if (this.grab && !this.drawing && this.cardOf(event.relatedTarget)?.dataset.id !== String(this.grab.id)) {
        this.release(`${this.grab.title} stays where it is.`)
      }
    })
    board.addEventListener("keydown", event => {
      const box = event.target.matches(".card") ? event.target : null
      if (!box || event.ctrlKey || event.metaKey || event.altKey) return
      const { key } = event
      if (!["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", " ", "Enter", "Escape"].includes(key)) return
      if (this.grab) {
        event.preventDefault()
        this.grabKey(box, key)
      } else if (key === " " || key === "Enter") {
        if (!this.data.movable) return
        event.preventDefault()
        const taken = this.taken(box)
        this.grab = { ...taken, to: taken.from }
        this.mark()
        this.say(`${taken.title} grabbed. Left and right choose a stage, Space drops, Escape cancels.`)
      } else if (key !== "Escape") {
        event.preventDefault()
        this.walk(box, key)?.focus()
      }
    })
    board.addEventListener("change", event => {
      const to = event.target.value
      event.target.value = ""
      if (to) this.move(this.taken(this.cardOf(event.target)), to)
    })
    board.addEventListener("click", event => {
      if (event.target.matches(".more")) this.send("more", event.target.dataset.name)
    })
    this.part("picker").addEventListener("change", event => {
      this.here = event.target.value
      this.mark()
    })
    this.listenToMouse(board)
  }

  listenToMouse(board) {
    board.addEventListener("dragstart", event => {
      const box = this.cardOf(event.target)
      if (!box || !this.data.movable) return
      this.drag = this.taken(box)
      event.dataTransfer.effectAllowed = "move"
      event.dataTransfer.setData("text/plain", this.drag.title)
      box.classList.add("dragged")
    })
    board.addEventListener("dragover", event => {
      if (!this.drag) return
      const over = this.stageOf(event.target)
      if (over) event.preventDefault()
      if (this.drag.over !== over) {
        this.drag.over = over
        this.mark()
      }
    })
    board.addEventListener("drop", event => {
      const over = this.stageOf(event.target)
      if (!this.drag || !over) return
      event.preventDefault()
      this.drag.dropped = over !== this.drag.from
      this.move(this.drag, over)
    })
    board.addEventListener("dragend", event => {
      this.cardOf(event.target)?.classList.remove("dragged")
      const { dropped } = this.drag ?? {}
      this.drag = null
      if (this.waiting && !dropped) this.draw()  // else the move's own run draws
      else this.mark()
      this.waiting = false
    })
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  once(boards, parentElement, () => new Board(parentElement)).show(data, setTriggerValue)
}
