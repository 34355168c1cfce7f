//! The languages that the page knows.

/// The words of the page in one language.
pub(crate) struct Language {
    /// The code of the language, for `<html lang>`.
    pub(crate) code: &'static str,
    pub(crate) greeting: &'static str,
    pub(crate) user: &'static str,
    pub(crate) network: &'static str,
    pub(crate) role: &'static str,
}

impl Language {
    /// That of a locale such as `nl-NL` or `nl_NL`: the country does not matter. English where it
    /// is none of these.
    pub(crate) fn of(locale: &str) -> &'static Self {
        let code = locale.split(['-', '_']).next().unwrap_or_default();
        LANGUAGES
            .iter()
            .find(|language| language.code.eq_ignore_ascii_case(code))
            .unwrap_or(&ENGLISH)
    }
}

const ENGLISH: Language =
    Language { code: "en", greeting: "Welcome", user: "User", network: "Network", role: "Role" };

static LANGUAGES: [Language; 5] = [
    ENGLISH,
    Language { code: "nl", greeting: "Welkom", user: "Gebruiker", network: "Netwerk", role: "Rol" },
    Language {
        code: "de",
        greeting: "Willkommen",
        user: "Benutzer",
        network: "Netzwerk",
        role: "Rolle",
    },
    Language {
        code: "fr",
        greeting: "Bienvenue",
        user: "Utilisateur",
        network: "Réseau",
        role: "Rôle",
    },
    Language {
        code: "es",
        greeting: "Te damos la bienvenida",
        user: "Usuario",
        network: "Red",
        role: "Rol",
    },
];
