// As much of it as the tests use.
declare module 'nunjucks' {
  class Environment {
    constructor(loader: null, options: { autoescape: boolean });
    addFilter(name: string, filter: (text: string, argument: string) => unknown): void;
    addGlobal(name: string, value: unknown): void;
    renderString(template: string, context: object): string;
  }
  class SafeString {
    constructor(text: string);
  }
  const nunjucks: { Environment: typeof Environment; runtime: { SafeString: typeof SafeString } };
  export default nunjucks;
}
