// Answering in the browser: what was said is kept until it is sent, what is being typed too, and a tap on a question's
// first answer brings the next question to where the thumb is. Without storage all but the keeping works.
const PREFIX = "cop-draft:"
const states = new WeakMap()
let step = ""

const read = name => {
  try { return JSON.parse(localStorage.getItem(name)) ?? {} } catch { return {} }
}
const write = (name, values) => {
  try {
    if (values && Object.keys(values).length) localStorage.setItem(name, JSON.stringify(values))
    else localStorage.removeItem(name)
    return true
  } catch { return false }
}
const box = key => document.querySelector(`.st-key-${CSS.escape(key)}`)

const main = () => document.querySelector('[data-testid="stMain"]')

const CARD = '[class*="st-key-question-"][data-testid="stVerticalBlock"]'
const keyOf = node => [...node.closest(CARD)?.classList ?? []]
  .find(name => name.startsWith("st-key-question-"))?.slice("st-key-".length)

class Answers {
  constructor(root) {
    this.root = root
    this.note = root.querySelector("p")
  }

  show(data, send) {
    if (step && step !== data.step) main().scrollTo({ top: 0 })
    step = data.step
    const name = PREFIX + data.key
    if (data.gone) {
      write(name, null)
      this.data = null
      return
    }
    if (this.name !== name) {  // what an earlier visit left is told first, and only then written over
      this.name = name
      const found = data.key && !data.read ? read(name) : {}
      this.waits = Object.keys(found).length > 0
      if (this.waits) send("found", found)
    }
    this.data = data
    if (data.read) this.waits = false
    const kept = !data.key || this.waits || write(name, data.values)
    this.note.textContent = kept ? "" : "This browser keeps no drafts: a reload loses what isn't sent."
    this.moveOn()
  }

  // Text reaches the server only when its field is left.
  typed(event) {
    const key = Object.keys(this.data?.texts ?? {}).find(key => box(key)?.contains(event.target))
    if (!key || !this.data.key || this.waits) return
    write(this.name, { ...read(this.name), [this.data.texts[key]]: event.target.value })
  }

  tapped(event) {
    const card = event.detail > 0 && event.target.closest?.(CARD)
    if (!card || !this.data || !event.target.closest("button, label, [role=radio]")) return
    const key = keyOf(card)
    if (this.data.answered.includes(key) || !card.querySelector('[data-testid="stButtonGroup"]')) return
    this.from = { key, top: card.getBoundingClientRect().top }
  }

  // A digit chooses in the question that has the keyboard, and leads on to the next one.
  pressed(event) {
    if (!/^[0-5]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey || !this.data?.keys) return
    const group = event.target.closest?.('[role="radiogroup"]')
    const key = group && keyOf(group)
    if (!(key in this.data.keys)) return
    const choice = group.children[Number(event.key) - this.data.keys[key]]
    if (!choice) return
    event.preventDefault()
    choice.click()
    const groups = [...document.querySelectorAll('[role="radiogroup"]')].filter(other => keyOf(other) in this.data.keys)
    const next = groups[groups.indexOf(group) + 1]
    next?.querySelector("button").focus()
    next?.scrollIntoView({ block: "center" })
  }

  moveOn() {
    const from = this.from
    if (!from || !this.data.answered.includes(from.key)) return
    this.from = null
    setTimeout(() => {  // once the run has drawn what the choice means
      const cards = [...document.querySelectorAll(CARD)]
      const next = cards[cards.indexOf(box(from.key)) + 1]
      if (!next) return
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches
      const by = next.getBoundingClientRect().top - from.top
      main().scrollBy({ top: by, behavior: still ? "auto" : "smooth" })
    }, 100)
  }

  listen() {
    const stop = new AbortController()
    document.addEventListener("input", event => this.typed(event), { signal: stop.signal })
    document.addEventListener("click", event => this.tapped(event), { capture: true, signal: stop.signal })
    document.addEventListener("keydown", event => this.pressed(event), { capture: true, signal: stop.signal })
    return () => stop.abort()
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let state = states.get(parentElement)
  if (!state) states.set(parentElement, state = new Answers(parentElement))
  state.show(data, setTriggerValue)
  return state.listen()
}
