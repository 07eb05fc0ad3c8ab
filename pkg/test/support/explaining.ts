/** A program that verifies a delivery, and explains it after a change. */
export const EXPLAINING_PROGRAM = `
const secrets = ["a secret of these tests only"];
const hook = painchek({ secrets });
const { headers, body } = hook.create("assessment_add", { uuid: "5e0c6b3a-91d2-4c7f-8a46-000000000001", patient: "5e0c6b3a-91d2-4c7f-8a46-000000000002" }, { now: 1e12 });
const verified = hook.verify({ headers, body });
const changed = new TextDecoder().decode(body).replaceAll('":', '": ');
let explained;
try {
  explained = hook.explain({ headers, body: changed }).matches.map(({ code }) => code).join();
} catch (error) {
  explained = error.code + " " + error.message.includes('import "hookseal/full"');
}
const results = [verified.type, verified.event.data.uuid.length, hook.check({ headers, body: changed }).ok, explained];
`;
/** The results where the full module is found, and where it is not. */
export const EXPLAINED = /^assessment_add 36 false body-compact$/m;
export const MISSING = /^assessment_add 36 false full-missing true$/m;
