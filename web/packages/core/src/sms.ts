// The code of a text message, where the browser hands it to the page that it was sent for.

interface CodeRequest extends CredentialRequestOptions {
  otp: { transport: ['sms'] };
}

/** Tells the code when it comes; answers how to wait no longer. Most browsers tell nothing. */
export function awaitCode(tell: (code: string) => void): () => void {
  const controller = new AbortController();
  if ('OTPCredential' in window) {
    const request: CodeRequest = { otp: { transport: ['sms'] }, signal: controller.signal };
    navigator.credentials
      .get(request)
      .then((credential) => tell((credential as unknown as { code: string }).code))
      // Whoever declines, and whose page may not ask, types it.
      .catch(() => {});
  }
  return () => controller.abort();
}
