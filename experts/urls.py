"""Addresses of candidates, invitations, experts and terms."""

from django.urls import URLPattern, URLResolver, path

from experts.views import candidates, experts, invitations, profile, terms

CANDIDATES = "s/<slug:slug>/candidates/"
CANDIDATE = CANDIDATES + "<uuid:candidate_id>/"
EXPERTS = "s/<slug:slug>/experts/"
ONE = EXPERTS + "<uuid:expert_id>/"
INVITATION = EXPERTS + "invitations/<uuid:invitation_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(CANDIDATES, candidates.show, name="store_candidates"),
    path(CANDIDATES + "rank/", candidates.rank, name="store_candidates_rank"),
    path(CANDIDATE + "exclude/", candidates.exclude, name="store_candidate_exclude"),
    path(CANDIDATE + "include/", candidates.include, name="store_candidate_include"),
    path(CANDIDATE + "invite/", invitations.invite_candidate, name="store_candidate_invite"),
    path("invitation/<str:public_key>/<str:token>/", invitations.invitation, name="invitation"),
    path(INVITATION + "withdraw/", invitations.withdraw, name="store_invitation_withdraw"),
    path(INVITATION + "again/", invitations.send_again, name="store_invitation_again"),
    path(EXPERTS, experts.experts, name="store_experts"),
    path(EXPERTS + "terms/", terms.terms, name="store_terms"),
    path(EXPERTS + "terms/publish/", terms.publish, name="store_terms_publish"),
    path(ONE, experts.expert, name="store_expert"),
    path(ONE + "pause/", experts.pause, name="store_expert_pause"),
    path(ONE + "resume/", experts.resume, name="store_expert_resume"),
    path("console/profile/", profile.profile, name="console_profile"),
    path("console/profile/leave/", profile.leave, name="console_leave"),
]
