use super::*;

fn roles(names: &[&str]) -> Roles {
    Roles::new(names.iter().filter_map(|name| RoleName::new(*name))).expect("not empty")
}

fn mapped(roles: &Roles, given: &str) -> Result<String, String> {
    let role = roles.map(given).map_err(|refusal| refusal.to_string())?;
    Ok(role.to_string())
}

#[test]
fn case_is_mapped_onto_the_offered_spelling() {
    let offered = roles(&["ADMIN", "Ärztin"]);
    assert_eq!(mapped(&offered, "admin"), Ok("ADMIN".to_owned()));
    assert_eq!(mapped(&offered, "äRZTIN"), Ok("Ärztin".to_owned()));
    assert_eq!(mapped(&offered, "ADMIN"), Ok("ADMIN".to_owned()));
}

#[test]
fn an_exact_role_wins_over_its_twin_in_another_case() {
    let offered = roles(&["Admin", "admin", "ADMIN", "user", "user"]);
    assert_eq!(mapped(&offered, "admin"), Ok("admin".to_owned()));
    assert_eq!(mapped(&offered, "USER"), Ok("user".to_owned()));
    assert_eq!(
        mapped(&offered, "aDMIN"),
        Err("role 'aDMIN' fits several offered ones, choose one of: Admin, admin, ADMIN".to_owned())
    );
}

#[test]
fn an_unknown_role_is_refused_with_the_offered_ones() {
    for given in ["wizard", "", " admin", "administrator"] {
        assert_eq!(
            mapped(&Roles::of_app(), given),
            Err(format!("role '{given}' is not offered, choose one of: patient, therapist, admin"))
        );
    }
}

#[test]
fn the_columns_default_wins_over_the_first_offered() {
    let offered = Roles::of_app_with_customers();
    assert_eq!(offered.default_for(Some("patient")).as_str(), "patient");
    assert_eq!(offered.default_for(Some("")).as_str(), "user");
    assert_eq!(offered.default_for(None).as_str(), "user");
    let patient = RoleName::new("patient").expect("not empty");
    assert!(!offered.offers(&patient));
    assert!(Roles::of_app().offers(&patient));
}

#[test]
fn no_roles_are_no_offer() {
    assert_eq!(Roles::new([]), None);
}
