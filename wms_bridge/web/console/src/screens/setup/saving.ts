/** Gives the reader a file. */

/** Saves a text under a name, as the browser saves what it downloads. */
export function saveText(text: string, name: string, kind: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
