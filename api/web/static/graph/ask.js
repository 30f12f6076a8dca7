// What is asked of the server: the same address for everything, answers as data or a reason why not.
import { say } from "./words.js";

/** Ask with a form; throws an Error whose message a person can read. */
export async function ask(token, fields) {
  const body = new URLSearchParams({ csrf: token });
  for (const [name, value] of Object.entries(fields)) if (value !== "") body.set(name, value);
  let answer;
  try {
    answer = await fetch("/graph/data", { method: "POST", body, headers: { Accept: "application/json" } });
  } catch {
    throw new Error(say("drawer.failed"));
  }
  const media = answer.headers.get("content-type") ?? "";
  if (answer.redirected) throw new Error(say("signed_out"));
  if (!media.startsWith("application/json")) throw new Error(`${answer.status} ${answer.statusText}`);
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.problem ?? said.title ?? `${answer.status}`);
  return said;
}
