/** Asks for the API key when the bridge wants one. */

const byId = (id) => document.getElementById(id);

export class KeyDialog {
  /** `given(key)` gets what the reader typed. */
  constructor(given) {
    this.dialog = byId("key-dialog");
    byId("key-form").addEventListener("submit", () => {
      const key = byId("key").value.trim();
      byId("key").value = "";
      if (key) given(key);
    });
  }

  /** Opens, unless it is open; `refused` says that the last key was wrong. */
  ask(refused) {
    if (this.dialog.open) return;
    byId("key-refused").hidden = !refused;
    this.dialog.showModal();
  }

  /** Closes: the bridge has answered. */
  close() {
    if (this.dialog.open) this.dialog.close();
  }
}
