// The docs page's script: opens what an address points to, finds operations and schemas, and sends requests. It keeps
// the API key in the field it was typed into and nowhere else, and writes answers as text, never as HTML.

const main = document.querySelector('main')

/** Opens the folded part that the address names, so that links into it lead somewhere. */
function openTarget() {
  const target = location.hash === '' ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)))
  const folded = target?.closest('details')
  if (folded) folded.open = true
  target?.scrollIntoView()
}

/** Hides operations and schemas that do not hold every word, and sections left empty. */
function search(words) {
  let shown = 0
  for (const part of main.querySelectorAll('details')) {
    const text = part.querySelector('summary').textContent.toLowerCase()
    part.hidden = !words.every((word) => text.includes(word))
    if (!part.hidden) shown++
  }
  for (const section of main.querySelectorAll('section.tag')) section.hidden = !section.querySelector('details:not([hidden])')
  document.getElementById('found').textContent = words.length === 0 ? '' : `${shown} found.`
}

/** The request that a form describes. */
function requestOf(form) {
  const query = new URLSearchParams()
  const headers = new Headers({ authorization: `Bearer ${document.getElementById('key').value.trim()}` })
  let path = form.dataset.path
  for (const field of form.querySelectorAll('[data-in]')) {
    const { name, value } = field
    if (field.dataset.in === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value))
    else if (value !== '' && field.dataset.in === 'query') query.set(name, value)
    else if (value !== '') headers.set(name, value)
  }
  const body = form.elements.namedItem('body')?.value ?? ''
  if (body !== '') headers.set('content-type', 'application/json')
  const url = main.dataset.prefix + path + (query.size > 0 ? `?${query}` : '')
  return { url, options: { method: form.dataset.method, headers, ...(body === '' ? {} : { body }), credentials: 'omit' } }
}

async function answerTo(form) {
  try {
    const { url, options } = requestOf(form)
    const response = await fetch(url, options)
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    const etag = response.headers.get('etag')
    const head = `${options.method} ${url}\n${response.status} ${response.statusText}${etag === null ? '' : `\netag: ${etag}`}`
    return `${head}\n\n${isJson && text !== '' ? JSON.stringify(JSON.parse(text), null, 2) : text}`
  } catch (error) {
    return `The request could not be sent: ${error.message}`
  }
}

async function send(event) {
  event.preventDefault()
  const form = event.currentTarget
  const output = document.createElement('pre')
  output.tabIndex = 0
  output.textContent = 'Sending …'
  form.querySelector('.answer').replaceChildren(output)
  output.textContent = await answerTo(form)
}

for (const form of document.querySelectorAll('form')) {
  form.hidden = false
  form.addEventListener('submit', form.classList.contains('try') ? send : (event) => event.preventDefault())
}
document.getElementById('search').addEventListener('input', (event) => search(event.target.value.toLowerCase().split(/\s+/).filter((word) => word !== '')))
addEventListener('hashchange', openTarget)
openTarget()
