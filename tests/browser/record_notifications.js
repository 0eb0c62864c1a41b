// Runs with the browser's own rights. Takes the place of the desktop that would show notifications:
// it keeps what is shown, and tells the browser of clicks as the desktop would.
const CONTRACT = "@mozilla.org/alerts-service;1";

const service = {
  QueryInterface: ChromeUtils.generateQI(["nsIAlertsService"]),
  shown: new Map(),

  showAlert(alert, observer) {
    this.shown.set(alert.name, { alert, observer });
    this.tell(alert.name, "alertshow");
  },
  closeAlert(name) {
    this.tell(name, "alertfinished");
    this.shown.delete(name);
  },
  tell(name, topic, action = null) {
    const { alert, observer } = this.shown.get(name) ?? {};
    observer?.observe(action, topic, alert.cookie);
  },
  getHistory: () => [],
  teardown() {},
  pbmTeardown() {},
  isFullscreen: false,
};
service.wrappedJSObject = service; // the way back to this object for the scripts that click

const factory = {
  QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
  createInstance: (iid) => service.QueryInterface(iid),
};
Components.manager
  .QueryInterface(Ci.nsIComponentRegistrar)
  .registerFactory(Services.uuid.generateUUID(), "Recorded notifications", CONTRACT, factory);
