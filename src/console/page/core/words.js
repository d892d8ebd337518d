// The page's two languages. English is what the code says; Korean stands in words_ko.js, by the English. AWS's own names (Deployment,
// AfterInstall, Succeeded) stay as AWS writes them in both.
import {KO} from './words_ko.js';

const KEPT = 'hanbat.language';
const of = (value) => value === 'ko' || value === 'en' ? value : null;
let chosen = of(localStorage.getItem(KEPT)) || (navigator.language.startsWith('ko') ? 'ko' : 'en');

export const language = () => chosen;
export function setLanguage(next) {
  chosen = of(next) || 'en';
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

/** The text in the language that is chosen; {name} is replaced by the value of that name. */
export function t(text, values = {}) {
  const said = chosen === 'ko' ? KO[text] ?? text : text;
  return said.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}
