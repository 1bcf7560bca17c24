// A finding that ends the check: the name of one in lti_tool/certificates/findings.py, which has its words.
export class Stopped extends Error {
  constructor(finding) {
    super(finding);
    this.finding = finding;
  }
}
