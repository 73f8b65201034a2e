// Save what the server sent: a number that makes it new, a file's name, its content in base64.
const [, name, content] = sent.value.split(" ")
const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
const link = document.createElement("a")
link.href = URL.createObjectURL(new Blob([bytes]))
link.download = name
link.click()
setTimeout(() => URL.revokeObjectURL(link.href), 1000)
