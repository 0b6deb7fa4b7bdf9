/** Small behaviours of every page. Each listens on the document, so that parts swapped in later have them too. */

import "./copy.js";
import "./dialogs.js";
import "./flashes.js";
import "./menus.js";
import "./passkeys.js";
import "./times.js";
