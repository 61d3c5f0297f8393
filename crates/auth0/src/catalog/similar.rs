//! What somebody may have meant who named an object that does not exist.

use super::names;

/// Objects whose names are nearly this one, or contain it; the likeliest first, and only a few.
pub fn similar(name: &str) -> Vec<&'static str> {
    let name = name.to_lowercase();
    // Distances grow with the square of the length, and no object has so long a name.
    if name.chars().count() > 64 {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = names()
        .into_iter()
        .map(|known| (distance(&name, known), known))
        .filter(|(distance, known)| *distance <= 1 + known.len().min(name.len()) / 5)
        .collect();
    if near.is_empty() && name.len() >= 4 {
        near = names()
            .into_iter()
            .filter(|known| known.contains(&name))
            .map(|known| (known.len(), known))
            .collect();
    }
    near.sort();
    near.into_iter().map(|(_, known)| known).take(5).collect()
}

/// How many characters must be changed, added or taken away (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(&to) {
            let changed = diagonal + usize::from(a != *b);
            diagonal = *cell;
            left = changed.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, expected) in [
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("user", "users", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn what_was_meant() {
        assert_eq!(similar("user"), ["users"]);
        assert_eq!(similar("Users"), ["users"]);
        assert_eq!(similar("organisation_members"), ["organization_members"]);
        assert_eq!(
            similar("settings"),
            [
                "tenant_settings",
                "guardian_settings",
                "guardian_duo_settings",
                "guardian_email_settings",
                "guardian_phone_settings"
            ]
        );
        assert!(similar("people").is_empty());
        assert!(similar(&"x".repeat(10_000)).is_empty());
    }
}
