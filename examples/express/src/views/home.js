import { config } from '../config.js';
import { entryList } from './entries.js';
import { greeting } from './greeting.js';
import { layout } from './layout.js';

export function home(entries) {
  return layout(
    config.title,
    `<h1>${config.title}</h1>
<p>${greeting(entries.length)}</p>
<form method="post">
  <input name="name" placeholder="Your name" required>
  <textarea name="message" placeholder="Your message" maxlength="${config.maxMessageLength}" required></textarea>
  <button>Sign</button>
</form>
${entryList(entries)}`,
  );
}
