// guesses.js: the reader's guesses outlive a reload in the tab, and nowhere else (why: guesses.py).

const KEPT_GUESSES = "bnviz-guesses";

/**
 * What the server has gathered: null where a visit begins, in which the tab may know more; `over` to forget all.
 * @typedef {{ guesses: Record<string, unknown> | null, over?: boolean }} Gathered
 */

/**
 * Keep what the server has gathered; or tell it what the tab kept of the visit before, or begin another visit.
 * @param {Pick<Window, "sessionStorage" | "location">} window
 * @param {Gathered | null} gathered
 * @param {import("../watch/stream.js").Trigger} setTriggerValue
 */
export function keepGuesses(window, gathered, setTriggerValue) {
  if (!gathered) return;
  try {
    const { sessionStorage, location } = window;
    if (gathered.over) {
      sessionStorage.removeItem(KEPT_GUESSES);
      location.reload();
    } else if (gathered.guesses) {
      sessionStorage.setItem(KEPT_GUESSES, JSON.stringify(gathered.guesses));
    } else {
      const kept = sessionStorage.getItem(KEPT_GUESSES);
      if (kept) setTriggerValue("guesses", JSON.parse(kept));
    }
  } catch {
    // A frame of another site may be refused a storage: then the guesses last as long as the visit.
    if (gathered.over) window.location.reload();
  }
}
