// fetching.js: gets the packed recording from the address that Streamlit handed over.

const PAUSES = [0, 300, 1000, 3000]; // milliseconds before each try

/** Return the bytes at an address that counts from the root of the app. */
async function fetchRecording(address) {
  // Only the browser knows where the app lies on its host; a page lies beside the root or one level below.
  const places = [`.${address}`, `..${address}`, address].map((place) => new URL(place, window.location.href));
  for (const pause of PAUSES) {
    await new Promise((done) => setTimeout(done, pause));
    for (const place of places) {
      const answer = await fetch(place).catch(() => null);
      // Where there is no such file, Streamlit may answer with its page.
      if (answer?.ok && answer.headers.get("content-type")?.startsWith("application/octet-stream")) {
        return new Uint8Array(await answer.arrayBuffer());
      }
    }
  }
  throw new Error(`no recording at ${address}`);
}

/** Load what a call of the component brought, unless another call came in between. */
async function show(entry, address, call) {
  if (entry.address !== address) {
    entry.address = address;
    entry.bytes = fetchRecording(address);
  }
  try {
    const bytes = await entry.bytes;
    if (call === entry.call) entry.player.load(bytes);
  } catch {
    entry.address = null;
    if (call === entry.call) entry.player.part(".step").textContent = "The recording did not arrive. Reload the page.";
  }
}
