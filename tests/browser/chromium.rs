//! A headless Chromium with an empty profile, by way of chromedriver.

use std::process::{self, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use thirtyfour::error::{WebDriverErrorInner, WebDriverResult};
use thirtyfour::{
    By, Capabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel,
    WebDriver,
};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{interval, timeout};

use super::vendor::Place;

/// How long anything may take, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a container may lack is not asked for, and nothing goes to another machine.
const ARGUMENTS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
];

/// It ends with this, and with it all that it has started.
pub(crate) struct Chromium {
    _group: Group,
    driver: WebDriver,
    _process: Child,
    _output: BufReader<ChildStdout>,
    _profile: TempDir,
}

impl Chromium {
    pub(crate) async fn start() -> Self {
        let profile = TempDir::new().expect("a folder");
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver is missing: `scripts/test --browser` installs it");
        let group = Group(process.id().expect("it runs"));
        let mut output = BufReader::new(process.stdout.take().expect("stdout"));
        let port = timeout(PATIENCE, port(&mut output)).await.expect("chromedriver starts");
        let capabilities = capabilities(&profile).expect("capabilities");
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities);
        let driver = timeout(PATIENCE, driver).await.expect("Chromium starts in time");
        Self {
            driver: driver.expect("Chromium starts"),
            _group: group,
            _process: process,
            _output: output,
            _profile: profile,
        }
    }

    /// Closes all windows but one, and loads the page there.
    pub(crate) async fn goto(&self, url: &str) {
        let windows = self.driver.windows().await.expect("windows");
        let (first, others) = windows.split_first().expect("a window");
        for window in others {
            self.driver.switch_to_window(window.clone()).await.expect("a window");
            self.driver.close_window().await.expect("closed");
        }
        self.driver.switch_to_window(first.clone()).await.expect("a window");
        self.driver.goto(url).await.expect("a page");
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.driver.find(By::Css(css)).await.expect("an element");
        element.click().await.expect("a click");
    }

    /// Goes to where the answer to the form is, or will be.
    pub(crate) async fn enter(&self, place: Place) -> WebDriverResult<()> {
        let windows = self.driver.windows().await?;
        match (place, windows.as_slice()) {
            (Place::Window, [_, new]) => self.driver.switch_to_window(new.clone()).await,
            (Place::Window, _) => {
                Err(WebDriverErrorInner::NotFound("a window".into(), String::new()).into())
            }
            (Place::Frame, _) => {
                self.driver.enter_default_frame().await?;
                self.driver.find(By::Css("iframe")).await?.enter_frame().await
            }
        }
    }

    /// The text of the element, if it is there.
    pub(crate) async fn text(&self, css: &str) -> WebDriverResult<Option<String>> {
        match self.driver.find_all(By::Css(css)).await?.first() {
            Some(element) => element.text().await.map(Some),
            None => Ok(None),
        }
    }

    /// What a function of that text returns, in the window or frame that was entered.
    pub(crate) async fn eval(&self, script: &str) -> Value {
        self.driver.execute(script, []).await.expect("a value").json().clone()
    }

    /// What the browser has logged since it was asked the last time.
    pub(crate) async fn log(&self) -> WebDriverResult<Vec<String>> {
        let log = self.driver.browser_log().await?;
        Ok(log.into_iter().map(|entry| entry.message).collect())
    }

    pub(crate) async fn quit(self) {
        self.driver.clone().quit().await.expect("an end");
    }
}

/// The process group of chromedriver, which Chromium is in too.
///
/// A test that fails does not come to `quit`, and chromedriver leaves Chromium behind when it is
/// killed alone.
struct Group(u32);

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0);
        let killed =
            process::Command::new("sh").args(["-c", "kill -s KILL -- \"$0\"", &group]).status();
        if !killed.is_ok_and(|status| status.success()) {
            eprintln!("a Chromium may be left behind");
        }
    }
}

/// Asks again until there is something. Pages change under a question, so an error is no answer.
pub(crate) async fn until<T>(what: &str, ask: impl AsyncFn() -> WebDriverResult<Option<T>>) -> T {
    let asking = async {
        let mut again = interval(Duration::from_millis(50));
        loop {
            again.tick().await;
            if let Ok(Some(found)) = ask().await {
                return found;
            }
        }
    };
    timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("not in time: {what}"))
}

fn capabilities(profile: &TempDir) -> WebDriverResult<Capabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    for argument in ARGUMENTS {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(capabilities.into())
}

/// The port that chromedriver has taken, which is in one of its first lines.
async fn port(output: &mut BufReader<ChildStdout>) -> u16 {
    let mut line = String::new();
    while output.read_line(&mut line).await.expect("a line") > 0 {
        let port = line.trim().trim_end_matches('.').rsplit_once("on port ");
        match port.and_then(|(_, port)| port.parse().ok()) {
            Some(port) if port > 0 => return port,
            _ => line.clear(),
        }
    }
    panic!("chromedriver ended without a port");
}
