// Copy the text of the selection; where the page is not trusted with the clipboard, by a field.
const text = field.value
const old_copy = () => {
  const area = document.createElement("textarea")
  area.value = text
  document.body.appendChild(area)
  area.select()
  document.execCommand("copy")
  area.remove()
}
if (navigator.clipboard && window.isSecureContext) {
  navigator.clipboard.writeText(text).catch(old_copy)
} else {
  old_copy()
}
const label = button.label
button.label = "Copied"
setTimeout(() => { button.label = label }, 1200)
