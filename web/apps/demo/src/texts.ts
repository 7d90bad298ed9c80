// The texts of this page in the reader's language. English stands in the document itself.

export type Texts = Record<string, string>;

const LANGUAGES: Record<string, () => Promise<{ default: Texts }>> = {
  ar: () => import('../locales/ar.json'),
  es: () => import('../locales/es.json'),
  fr: () => import('../locales/fr.json'),
  hi: () => import('../locales/hi.json'),
  id: () => import('../locales/id.json'),
  'pt-BR': () => import('../locales/pt-BR.json'),
};

/** The first language of the reader that there is; English when there is none. */
export function choose(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const spoken = tag.split('-')[0];
    if (spoken === 'en') return 'en';
    const found = Object.keys(LANGUAGES).find((language) => language.split('-')[0] === spoken);
    if (found !== undefined) return found;
  }
  return 'en';
}

/** Loads a language and writes it into the document. */
export async function speak(language: string, english: Texts): Promise<Texts> {
  const load = LANGUAGES[language];
  const texts = load === undefined ? english : { ...english, ...(await load()).default };
  document.documentElement.lang = language;
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
  document.title = texts.document ?? document.title;
  for (const element of document.querySelectorAll<HTMLElement>('[data-t]')) {
    element.textContent = texts[element.dataset.t ?? ''] ?? element.textContent;
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-t-title]')) {
    element.title = texts[element.dataset.tTitle ?? ''] ?? element.title;
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-t-label]')) {
    element.ariaLabel = texts[element.dataset.tLabel ?? ''] ?? element.ariaLabel;
  }
  return texts;
}
