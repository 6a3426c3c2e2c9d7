//! Where Zotero keeps its data: the data directory, and the directory that linked files are relative to.
//!
//! Zotero's profiles name both. The usual places of every system are tried on every system, because a home directory
//! may be shared by several.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::DatabaseError;

/// The name of the database in the data directory.
const DATABASE: &str = "zotero.sqlite";

/// The name of the data directory.
const DATA_DIRECTORY: &str = "Zotero";

/// The largest settings file that is read, in bytes.
const LARGEST_SETTINGS: u64 = 16 << 20;

/// The directories of a person in which Zotero's profiles and data can be.
#[derive(Debug, Clone, Default)]
pub struct UserDirectories {
    /// The home directory.
    pub home: Option<PathBuf>,
    /// Windows' directory for the data of programs.
    pub app_data: Option<PathBuf>,
    /// The directory for configurations, if the environment names one.
    pub configuration: Option<PathBuf>,
}

impl UserDirectories {
    /// Returns the directories of the person who runs the program.
    pub fn of_environment() -> Self {
        let directory = |name: &str| {
            let value: Option<OsString> = std::env::var_os(name);
            value.filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        Self {
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            app_data: directory("APPDATA"),
            configuration: directory("XDG_CONFIG_HOME"),
        }
    }

    /// Returns the homes of Zotero: that of the person, and those of sandboxes.
    fn homes(&self) -> Vec<PathBuf> {
        let Some(home) = &self.home else {
            return Vec::new();
        };
        vec![
            home.clone(),
            home.join(".var/app/org.zotero.Zotero"),
            home.join("snap/zotero-snap/common"),
        ]
    }

    /// Returns the directories that hold a `profiles.ini`, each with the home that its profiles refer to.
    fn profile_directories(&self) -> Vec<(PathBuf, PathBuf)> {
        let mut directories = Vec::new();
        for home in self.homes() {
            for place in [
                ".zotero/zotero",
                "Library/Application Support/Zotero",
                ".config/zotero/zotero",
                ".config/zotero",
            ] {
                directories.push((home.join(place), home.clone()));
            }
        }
        let home = self.home.clone().unwrap_or_default();
        if let Some(configuration) = &self.configuration {
            directories.push((configuration.join("zotero/zotero"), home.clone()));
            directories.push((configuration.join("zotero"), home.clone()));
        }
        if let Some(app_data) = &self.app_data {
            directories.push((app_data.join("Zotero").join("Zotero"), home));
        }
        directories
    }

    /// Returns Zotero's profiles, the one that Zotero starts with first.
    fn profiles(&self) -> Vec<Profile> {
        let mut profiles = Vec::new();
        for (directory, home) in self.profile_directories() {
            let Some(ini) = read_settings(&directory.join("profiles.ini")) else {
                continue;
            };
            for (name, path) in profile_paths(&ini) {
                let path = directory.join(path);
                let settings = read_settings(&path.join("prefs.js")).unwrap_or_default();
                profiles.push(Profile {
                    name,
                    home: home.clone(),
                    data: setting(&settings, "dataDir")
                        .filter(|_| setting(&settings, "useDataDir").as_deref() == Some("true"))
                        .map(PathBuf::from),
                    base: setting(&settings, "baseAttachmentPath").map(PathBuf::from),
                    path,
                });
            }
        }
        profiles
    }
}

/// A profile of Zotero.
struct Profile {
    name: String,
    path: PathBuf,
    /// The home directory.
    home: PathBuf,
    /// The data directory, if the settings name one.
    data: Option<PathBuf>,
    /// The directory that linked files are relative to, if the settings name one.
    base: Option<PathBuf>,
}

impl Profile {
    /// Returns the data directory: the first candidate with a database.
    fn data_directory(&self) -> Option<PathBuf> {
        let candidates = [
            self.data.clone(),
            Some(self.home.join(format!("{DATA_DIRECTORY} {}", self.name))),
            Some(self.home.join(DATA_DIRECTORY)),
            Some(self.path.join("zotero")),
        ];
        candidates
            .into_iter()
            .flatten()
            .find(|directory| directory.join(DATABASE).is_file())
    }
}

/// The place of a library of Zotero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The database.
    pub database: PathBuf,
    /// The data directory, in which the database is.
    pub directory: PathBuf,
    /// The directory that the paths of linked files are relative to, if Zotero's settings name one.
    pub base: Option<PathBuf>,
}

impl Location {
    /// Finds Zotero's data directory by its profiles, or else in the usual places.
    ///
    /// # Errors
    ///
    /// [`DatabaseError::NotFound`]
    pub fn find(user: &UserDirectories) -> Result<Self, DatabaseError> {
        for profile in user.profiles() {
            if let Some(directory) = profile.data_directory() {
                return Ok(Self {
                    database: directory.join(DATABASE),
                    directory,
                    base: profile.base,
                });
            }
        }
        let usual: Vec<PathBuf> = user
            .homes()
            .iter()
            .map(|home| home.join(DATA_DIRECTORY))
            .collect();
        match usual
            .iter()
            .find(|directory| directory.join(DATABASE).is_file())
        {
            Some(directory) => Ok(Self {
                database: directory.join(DATABASE),
                directory: directory.clone(),
                base: None,
            }),
            None => Err(DatabaseError::NotFound {
                // The homes of sandboxes say nothing to a person who has none.
                tried: usual.into_iter().take(1).collect(),
            }),
        }
    }

    /// Returns the location of the database at a path: that of a data directory, or of the database itself. A `~` at
    /// the beginning is the home directory, because a shell does not replace it after `zotero:`.
    ///
    /// # Errors
    ///
    /// [`DatabaseError::NotFound`]
    pub fn at(path: &Path, user: &UserDirectories) -> Result<Self, DatabaseError> {
        let path = match (path.strip_prefix("~"), &user.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_path_buf(),
        };
        let database = if path.is_dir() {
            path.join(DATABASE)
        } else {
            path.clone()
        };
        // The path as it is on the disk, so that one library has one name.
        let database = match std::fs::canonicalize(&database) {
            Ok(database) if database.is_file() => database,
            _ => return Err(DatabaseError::NotFound { tried: vec![path] }),
        };
        let directory = database.parent().unwrap_or(&database).to_path_buf();
        let profile = user.profiles().into_iter().find(|profile| {
            profile
                .data_directory()
                .and_then(|data| std::fs::canonicalize(data).ok())
                .is_some_and(|data| data == directory)
        });
        Ok(Self {
            database,
            directory,
            base: profile.and_then(|profile| profile.base),
        })
    }
}

/// Reads a settings file; none if there is none or it is too large.
fn read_settings(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LARGEST_SETTINGS).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the names and paths of the profiles in a `profiles.ini`, the default one first.
fn profile_paths(ini: &str) -> Vec<(String, String)> {
    #[derive(Default)]
    struct IniSection {
        is_install: bool,
        name: String,
        path: String,
        default: String,
    }
    let mut sections: Vec<IniSection> = Vec::new();
    for line in ini.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix('[') {
            sections.push(IniSection {
                is_install: title.starts_with("Install"),
                ..IniSection::default()
            });
        } else if let (Some(section), Some((key, value))) =
            (sections.last_mut(), line.split_once('='))
        {
            match key.trim() {
                "Name" => value.trim().clone_into(&mut section.name),
                "Path" => value.trim().clone_into(&mut section.path),
                "Default" => value.trim().clone_into(&mut section.default),
                _ => {}
            }
        }
    }
    // An installation names its profile by path; a profile can be marked as the default.
    let installed: Vec<String> = sections
        .iter()
        .filter(|section| section.is_install)
        .map(|section| section.default.clone())
        .collect();
    let mut profiles: Vec<IniSection> = sections
        .into_iter()
        .filter(|section| !section.is_install && !section.path.is_empty())
        .collect();
    profiles.sort_by_key(|profile| {
        (
            !installed.contains(&profile.path),
            profile.default.as_str() != "1",
        )
    });
    profiles
        .into_iter()
        .map(|profile| (profile.name, profile.path))
        .collect()
}

/// Returns the value of a setting of Zotero in a `prefs.js`, if there is one and it is not empty.
fn setting(settings: &str, name: &str) -> Option<String> {
    let wanted = format!("\"extensions.zotero.{name}\"");
    let value = settings.lines().find_map(|line| {
        let arguments = line.trim().strip_prefix("user_pref(")?;
        let value = arguments.trim_start().strip_prefix(&wanted)?;
        let value = value.trim_start().strip_prefix(',')?.trim();
        Some(value.strip_suffix(");")?.trim())
    })?;
    // A text is written like one of JSON.
    let text = serde_json::from_str(value).unwrap_or_else(|_| value.trim_matches('"').to_owned());
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a home directory with files, each with its text.
    fn home(files: &[(&str, &str)]) -> (tempfile::TempDir, UserDirectories) {
        let home = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let user = UserDirectories {
            home: Some(home.path().to_path_buf()),
            app_data: Some(home.path().join("AppData/Roaming")),
            configuration: None,
        };
        (home, user)
    }

    #[test]
    fn the_usual_place_needs_no_profile() {
        let (home, user) = home(&[("Zotero/zotero.sqlite", "")]);
        let found = Location::find(&user).unwrap();
        assert_eq!(found.directory, home.path().join("Zotero"));
        assert_eq!(found.base, None);
    }

    #[test]
    fn the_default_profile_names_the_data_directory_and_the_base_of_linked_files() {
        let ini = "[General]\nStartWithLastProfile=1\n\n[Profile1]\nName=other\nIsRelative=1\nPath=a.other\n\n\
                   [Profile0]\nName=default\nIsRelative=1\nPath=b.default\nDefault=1\n";
        for root in [".zotero/zotero", "AppData/Roaming/Zotero/Zotero"] {
            let (home, user) = home(&[
                (&format!("{root}/profiles.ini"), ini),
                (
                    &format!("{root}/a.other/prefs.js"),
                    "user_pref(\"extensions.zotero.useDataDir\", true);\n",
                ),
                ("elsewhere/zotero.sqlite", ""),
                ("Zotero/zotero.sqlite", ""),
            ]);
            let elsewhere = home.path().join("elsewhere");
            std::fs::create_dir_all(home.path().join(root).join("b.default")).unwrap();
            std::fs::write(
                home.path().join(root).join("b.default/prefs.js"),
                format!(
                    "// Mozilla User Preferences\nuser_pref(\"extensions.zotero.dataDir\", {});\n\
                     user_pref(\"extensions.zotero.useDataDir\", true);\n\
                     user_pref(\"extensions.zotero.baseAttachmentPath\", \"C:\\\\Papers\");\n",
                    serde_json::to_string(elsewhere.to_str().unwrap()).unwrap()
                ),
            )
            .unwrap();
            let found = Location::find(&user).unwrap();
            assert_eq!(found.directory, elsewhere);
            assert_eq!(found.base, Some(PathBuf::from("C:\\Papers")));
            // The same by its path, also below a `~`.
            for path in [elsewhere.clone(), PathBuf::from("~/elsewhere")] {
                let named = Location::at(&path, &user).unwrap();
                assert_eq!(named.base, Some(PathBuf::from("C:\\Papers")));
            }
        }
    }

    #[test]
    fn an_installation_names_its_profile() {
        let ini = "[Profile0]\nName=a\nPath=Profiles/a\nDefault=1\n[Profile1]\nName=b\nPath=Profiles/b\n\
                   [InstallAB12]\nDefault=Profiles/b\nLocked=1\n";
        let names: Vec<String> = profile_paths(ini)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["b", "a"]);
    }

    #[test]
    fn a_sandbox_has_a_home_of_its_own() {
        let (home, user) = home(&[(".var/app/org.zotero.Zotero/Zotero/zotero.sqlite", "")]);
        let found = Location::find(&user).unwrap();
        assert!(found.directory.starts_with(home.path().join(".var")));
    }

    #[test]
    fn a_missing_database_is_an_error_with_the_place() {
        let (home, user) = home(&[("empty/a.txt", "")]);
        let tried = |error| match error {
            DatabaseError::NotFound { tried } => tried,
            other => panic!("{other}"),
        };
        let error = Location::find(&user).unwrap_err();
        assert_eq!(tried(error), [home.path().join("Zotero")]);
        let error = Location::at(&home.path().join("empty"), &user).unwrap_err();
        assert_eq!(tried(error), [home.path().join("empty")]);
    }
}
