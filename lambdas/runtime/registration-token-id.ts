const form = /^rt_[A-Za-z0-9_-]{12}$/;

/** Whether text is the id of an initial access token: what stands before the dot in its value, and no secret. */
export function isRegistrationTokenId(text: string): boolean {
  return form.test(text);
}
