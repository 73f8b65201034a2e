// Save both figures side by side, under what is selected, as one PNG.
const above = (view) => view == null ? [] : [view, ...above(view.parent)]
const own = above(Bokeh.index.query_one((view) => view.model == caption))
// Of several explorers on a page the figures of this one are the nearest to its caption.
const shown = (name) => {
  const found = [...Bokeh.index.query(
    (view) => view.model.name == name && view.model.document == caption.document)]
  const away = (view) => own.indexOf(above(view).find((one) => own.includes(one)))
  return found.sort((one, other) => away(one) - away(other))[0]
}
const views = [shown("map"), shown("curves")]
const images = views.map((view) => view.export("png", true).canvas)
const ratio = images[0].width / views[0].el.getBoundingClientRect().width
const top = Math.round(34 * ratio)
const canvas = document.createElement("canvas")
canvas.width = images.reduce((width, image) => width + image.width, 0)
canvas.height = top + Math.max(...images.map((image) => image.height))
const context = canvas.getContext("2d")
context.fillStyle = "#ffffff"
context.fillRect(0, 0, canvas.width, canvas.height)
context.fillStyle = "#1f2933"
context.font = `${Math.round(14 * ratio)}px sans-serif`
context.fillText(caption.value, Math.round(10 * ratio), Math.round(22 * ratio))
let left = 0
for (const image of images) {
  context.drawImage(image, left, top)
  left += image.width
}
const link = document.createElement("a")
link.href = canvas.toDataURL("image/png")
link.download = "microbatt-explorer.png"
link.click()
