// Small pictures of the items of a map; they are in memory only, and forgotten when none may be seen.

const MOST = 300;

/** The pictures of a map; `came` is called when another one has come. */
export function thumbnails(box, mark, came) {
  let known = new Map();
  let due = null;
  const tell = () => {
    due ??= setTimeout(() => {
      due = null;
      came();
    }, 80);
  };
  const source = (item) => `/map?of=${encodeURIComponent(box)}&item=${item}&mark=${mark}`;
  return {
    source,
    /** The picture of an item where it is here; it is asked for otherwise. */
    of(item) {
      if (!known.has(item) && known.size < MOST) {
        const image = new Image();
        known.set(item, image);
        image.onload = tell;
        image.src = source(item);
      }
      const image = known.get(item);
      return image?.complete && image.naturalWidth ? image : null;
    },
    /** Forget all of them. */
    forget() {
      for (const image of known.values()) {
        image.onload = null;
        image.removeAttribute("src");
      }
      known = new Map();
    },
  };
}
