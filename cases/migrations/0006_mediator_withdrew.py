
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_hand_overs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='caseevent',
            name='kind',
            field=models.CharField(choices=[('case.registered', 'registered'), ('case.imported', 'taken over from an earlier register'), ('visit.attached', 'another visit on this matter'), ('case.accepted', 'accepted'), ('case.not_accepted', 'not accepted'), ('case.routed', 'routed'), ('case.ruled', 'the dispatcher decided who leads'), ('referral.signed', 'signed for'), ('referral.returned', 'returned'), ('case.handling_started', 'handling started'), ('mediator.assigned', 'mediator assigned'), ('mediator.withdrew', 'mediator withdrew'), ('case.progress', 'progress recorded'), ('case.resolved', 'resolved'), ('case.unresolved', 'ended without a solution'), ('case.withdrawn', 'withdrawn'), ('follow_up.planned', 'follow-up planned'), ('case.follow_up_started', 'follow-up started'), ('follow_up.done', 'followed up'), ('case.reopened', 'reopened'), ('case.closed', 'closed'), ('case.screened', 'screened for mediation'), ('referral.opinion', 'opinion given'), ('referral.opinion_lifted', 'opinion no longer required'), ('appointment.made', 'appointment made'), ('on_call.called', 'department called'), ('on_call.arrived', 'department arrived'), ('limit.paused', 'limit paused'), ('limit.resumed', 'limit goes on'), ('limit.extended', 'limit extended'), ('limit.recomputed', 'limit moved by the calendar'), ('supervision.issued', 'supervision order'), ('supervision.answered', 'supervision order answered'), ('supervision.lifted', 'supervision order lifted'), ('whistle.raised', 'whistle raised'), ('hand_up.asked', 'asked the level above to take it'), ('hand_up.declined', 'the level above did not take it'), ('case.handed_over', 'handed to another level'), ('hand_down.reported', 'reported to the level above'), ('case.risk_rated', 'risk rated'), ('expert.asked', 'expert asked'), ('expert.answered', 'expert gave an opinion')], max_length=32, verbose_name='event'),
        ),
    ]
